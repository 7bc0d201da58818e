"""What goes over the wire; times are RFC 3339 in UTC, durations seconds."""
