"""An incident, played through on this machine and recorded for the runbook."""
