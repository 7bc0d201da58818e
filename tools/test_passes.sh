#!/bin/sh
# All tests in two passes: as many at a time as there are cores (LONGSHORE_TEST_PROCESSES: another
# number; with more, leases end while their owners wait for a core), then by themselves those marked
# "alone", which measure time or CPU and would measure their neighbours, or the tracing of coverage.
#   sh tools/test_passes.sh PYTEST [ARGUMENT...]
FAILED=1
NONE=5 # no test collected, as when an argument names one of the other pass

processes=${LONGSHORE_TEST_PROCESSES:-$(getconf _NPROCESSORS_ONLN)}
"$@" -n "$processes" --dist loadfile --pass beside --cov --cov-report=term
beside=$?
case $beside in 0 | $FAILED | $NONE) ;; *) exit $beside ;; esac
"$@" -n 0 --pass alone
alone=$?

case $alone in
0) [ $beside -eq $NONE ] || exit $beside ;;
$NONE) exit $beside ;;
*) exit $alone ;;
esac
