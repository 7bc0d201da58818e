"""One file per contender: how its workers are started, and what it promises."""
