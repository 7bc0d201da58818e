-- Whether this server takes writes from this user: answers 1, or is refused as any other script is.
run_when_full()
return 1
