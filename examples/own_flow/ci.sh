#!/bin/sh
# What a machine runs on every change. First: pip install 'coachflow[test]'
set -eu
cd "$(dirname "$0")"
coach flow check habit
coach prompt lint habit
pytest --flow-cov=habit --flow-cov-fail-under=100
coach flow mutate habit --stories stories --fail-under 90 --brief
