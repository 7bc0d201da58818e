return stamp(now())
