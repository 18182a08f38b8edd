"""functions.*."""

from bot.sandbox.shapes import JsonObject, copied
from bot.sandbox.slack.api.arguments import Kind
from bot.sandbox.slack.api.method import Asked, Method
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.functions import Execution, ExecutionState, mistakes


def _running(asked: Asked) -> Execution:
    execution = asked.state.executions.get(asked.text("function_execution_id"))
    if execution is None:
        raise Refusal("function_execution_not_found")
    if execution.state is not ExecutionState.RUNNING:
        raise Refusal("execution_not_in_running_state")
    return execution


async def complete_success(asked: Asked) -> JsonObject:
    execution = _running(asked)
    outputs: JsonObject = asked.arguments["outputs"]
    wrong = mistakes(execution.function.outputs, outputs)
    if wrong:
        raise Refusal("parameter_validation_failed", messages=wrong, is_violation=True)
    execution.state, execution.outputs = ExecutionState.COMPLETED, copied(outputs)
    asked.state.changed()
    return {}


async def complete_error(asked: Asked) -> JsonObject:
    execution = _running(asked)
    execution.state, execution.error = ExecutionState.FAILED, asked.text("error")
    asked.state.changed()
    return {}


METHODS = {
    "functions.completeSuccess": Method(
        run=complete_success,
        required={"function_execution_id": Kind.TEXT, "outputs": Kind.OBJECT},
    ),
    "functions.completeError": Method(
        run=complete_error,
        required={"function_execution_id": Kind.TEXT, "error": Kind.TEXT},
    ),
}
