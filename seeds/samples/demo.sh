#!/bin/sh
# The main job on the shipped samples: clean, add, search. Run by `make demo`.
# SEARCHKIT is the command, SEARCHKIT_INDEX the directory it may use.
set -eu
cd "$(dirname "$0")/../.."
searchkit=${SEARCHKIT:-searchkit}
export SEARCHKIT_INDEX="${SEARCHKIT_INDEX:-demo}"

# Shows a command as one would type it, then runs it.
run() {
    printf '\n$ searchkit %s\n' "$1"
    eval "\"$searchkit\" $1"
}

page=seeds/samples/courier-ceasefire-signup.html
echo "A page as a browser gets it, from $page:"
sed -n '9,19p' "$page" | cut -c1-110

run "clean $page --explain"
run "add seeds/samples/*.html seeds/samples/*.txt seeds/samples/*.pdf seeds/samples/*.jsonl"
run "search 'grain corridor' --limit 3"
run "search 'speaker:vorska dam' --limit 3"
run "search 'role:minister ceasefire' --since 2024-05 --sort newest --limit 3"
run "status"

echo
echo "The samples are now in $SEARCHKIT_INDEX/. Try:"
echo "    $searchkit --index $SEARCHKIT_INDEX search 'speaker:zhuravin water'"
echo "and with pages of your own, in an index of their own:"
echo "    $searchkit add your-pages/ --source 'Who published them'"
