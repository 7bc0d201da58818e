"""A stand-in for kubectl: a release of two Deployments in a file, and pods that leave at a look.

The engine is no stand-in: ``exec`` runs the command here.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

STATE = Path(os.environ["STATE"])


def deployment(name, generation):
    return {
        "metadata": {"name": name, "generation": generation},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": name}}},
        "status": {
            "observedGeneration": generation,
            "updatedReplicas": 1,
            "availableReplicas": 1,
        },
    }


def get(state, kind, *rest):
    if kind == "deployments":
        component = rest[1].rpartition("=")[2]
        names = [name for name in state["pods"] if name.partition("-")[2].startswith(component)]
        return {"items": [deployment(name, 1) for name in names]}
    if kind == "deployment":
        return deployment(rest[0], 2)
    name = rest[1].partition("=")[2]
    leaving = state["leaving"].get(name, 0)
    if leaving:
        state["leaving"][name] = leaving - 1
        if leaving == 1:
            state["pods"][name] = state["pods"][name][-1:]
    return {"items": [{"metadata": {"name": pod}} for pod in state["pods"][name]]}


def main(words):
    state = json.loads(STATE.read_text())
    assert words[:2] == ["--namespace", "shop"], words
    verb, *rest = words[2:]
    state["asked"].append(f"{verb} {rest[0]}" if verb == "get" else " ".join(words[2:5]))
    if verb == "get":
        sys.stdout.write(json.dumps(get(state, *rest)))
    elif verb == "rollout":
        name = rest[1].partition("/")[2]
        state["pods"][name].append(f"{name}-new")
        state["leaving"][name] = state.get("looks", {}).get(name, 1)
    elif verb == "exec":
        sys.exit(subprocess.run(rest[rest.index("--") + 1 :], check=False).returncode)
    written = STATE.with_suffix(".new")
    written.write_text(json.dumps(state))
    written.replace(STATE)  # in one step: the test reads it meanwhile


main(sys.argv[1:])
