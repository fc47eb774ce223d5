//! The stacks that every tool deploys: each a queue and a bucket, with a template of its own.

use serde_json::json;

/// One stack.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    /// Its name, in AWS and in files.
    pub(crate) name: String,
    /// What is updated.
    pub(crate) timeout: u32,
}

impl Unit {
    /// As many.
    pub(crate) fn many(count: usize) -> Vec<Self> {
        let unit = |number| Self { name: format!("unit-{number:04}"), timeout: 30 };
        (0..count).map(unit).collect()
    }

    /// Its template; the same bytes for every tool.
    pub(crate) fn template(&self) -> String {
        let Self { name, timeout } = self;
        json!({
            "Resources": {
                "Queue": {
                    "Type": "AWS::SQS::Queue",
                    "Properties": { "QueueName": name, "VisibilityTimeout": timeout },
                },
                "Bucket": {
                    "Type": "AWS::S3::Bucket",
                    "Properties": {
                        "BucketName": format!("bench-{name}"),
                        "VersioningConfiguration": { "Status": "Enabled" },
                    },
                },
            },
            "Outputs": { "QueueArn": { "Value": { "Fn::GetAtt": ["Queue", "Arn"] } } },
        })
        .to_string()
    }

    /// The name of its template's file.
    pub(crate) fn file(&self) -> String {
        format!("{}.json", self.name)
    }
}
