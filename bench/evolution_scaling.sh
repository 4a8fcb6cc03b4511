#!/bin/bash
# How much faster evolution is on two threads than on one, and on two MPI ranks than on one: wall time, start and report
# included, of the same run, a genetic algorithm of 60 networks on easy levels. For an idle machine of two cores or more.
#   bench/evolution_scaling.sh build/release/sim/cli/sandlot [steps]
set -euo pipefail
sandlot=${1:?"the program: build/release/sim/cli/sandlot"}
steps=${2:-20000000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/config.yaml" <<'YAML'
name: scaling
environment:
  name: platformer
  copies: 8
  levels: {generator: {difficulty: 0.2, length: 60, seeds: [0, 50]}}
  observation: features
  actions: right_only
  time_limit: 20
  reward: {goal: 100, death: -50, clip: 0}
  wrappers: {action_repeat: 8}
agent: {name: genetic_algorithm, hidden: [8], population: 60, elites: 6}
training: {steps: 1, evaluate: {every: 0, episodes: 1}}
YAML
export OPENBLAS_NUM_THREADS=1

# The seconds of one run: a launcher, then settings.
seconds() {
  local launcher=$1 began
  shift
  began=$(date +%s.%N)
  $launcher "$sandlot" train "$folder/config.yaml" --out "$folder/runs" --overwrite --quiet --jobs 1 \
    --set "training.steps=$steps" "$@" > "$folder/log" 2>&1 || { cat "$folder/log" >&2; return 1; }
  awk "BEGIN { print $(date +%s.%N) - $began }"
}
compare() {
  local what=$1 one=$2 two=$3
  awk "BEGIN { printf \"%-8s %.1f s on one, %.1f s on two: %.2f times\\n\", \"$what\", $one, $two, $one / $two }"
}

one=$(seconds "" --set environment.threads=1)
two=$(seconds "" --set environment.threads=2)
compare threads "$one" "$two"
if command -v mpirun > /dev/null; then
  ranks="mpirun --allow-run-as-root --bind-to none -n"
  one=$(seconds "$ranks 1")
  two=$(seconds "$ranks 2")
  compare ranks "$one" "$two"
fi
