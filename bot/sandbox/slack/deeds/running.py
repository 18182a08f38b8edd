"""Running a custom step of the app, as a workflow does."""

from collections.abc import Mapping

from bot.sandbox.slack.errors import NotPossible
from bot.sandbox.slack.functions import Execution, mistakes
from bot.sandbox.slack.state import State


def run(state: State, callback_id: str, inputs: Mapping[str, object]) -> Execution:
    """Run a step with its inputs filled in. Raise NotPossible where Slack would not begin."""
    function = state.app.manifest.functions.get(callback_id)
    if function is None:
        raise NotPossible(f"The app has no step {callback_id}.")
    wrong = mistakes(function.inputs, inputs)
    if wrong:
        raise NotPossible(" ".join(wrong))
    execution = Execution(id=state.mint.id("Fx"), function=function, inputs=dict(inputs))
    state.executions[execution.id] = execution
    state.tell_app(
        {
            "type": "function_executed",
            "function": {
                "id": state.mint.id("Fn"),
                "callback_id": callback_id,
                "title": function.title,
                "type": "app",
                "input_parameters": [one.as_json() for one in function.inputs],
                "output_parameters": [one.as_json() for one in function.outputs],
                "app_id": state.app.app_id,
            },
            "inputs": execution.inputs,
            "function_execution_id": execution.id,
            "workflow_execution_id": state.mint.id("Wx"),
            "event_ts": state.mint.ts(),
            "bot_access_token": f"xwfp-{state.mint.secret()}",
        }
    )
    return execution
