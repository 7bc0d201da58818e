-- Wakes one idle consumer of a queue.
ring(ARGV[2])
return 1
