//! The APIs that stacks are reached by: the only folder of this kind that names the SDK.

mod clients;
mod cloudcontrol;
mod cloudformation;

pub use cloudcontrol::CloudControl;
pub use cloudformation::CloudFormation;

use reconcile_engine::aws::errors::answer;
