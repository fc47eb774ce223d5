//! How many invocations of a function may run at once.

use serde_json::{Value, json};

use super::deployment::share;
use super::function::find;
use super::name::FunctionName;
use super::refusal::invalid;
use crate::call::{Answer, Call};
use crate::world::World;

const RESERVED: &str = "ReservedConcurrentExecutions";

/// Answers `PutFunctionConcurrency`.
pub(super) fn put_function_concurrency(world: &mut World, call: &Call) -> Answer {
    let name = FunctionName::parse(call.required("FunctionName")?).name;
    let Some(most) = call.number(RESERVED) else {
        return Err(invalid(
            "1 validation error detected: Value at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must not be null",
        ));
    };
    share(world, (&call.region, &name), RESERVED, Some(json!(most)))?;
    Ok(json!({ "ReservedConcurrentExecutions": most }))
}

/// Answers `GetFunctionConcurrency`.
pub(super) fn get_function_concurrency(world: &World, call: &Call) -> Answer {
    let function = find(world, &call.region, call.required("FunctionName")?, None)?;
    Ok(json!({ "ReservedConcurrentExecutions": function.reserved_concurrency() }))
}

/// Answers `DeleteFunctionConcurrency`.
pub(super) fn delete_function_concurrency(world: &mut World, call: &Call) -> Answer {
    let name = FunctionName::parse(call.required("FunctionName")?).name;
    share(world, (&call.region, &name), RESERVED, None)?;
    Ok(Value::Null)
}
