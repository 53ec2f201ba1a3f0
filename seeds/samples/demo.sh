#!/bin/sh
# The main job on the shipped samples: add, clean, search. Run by `make demo`.
# SEARCHKIT is the command, SEARCHKIT_INDEX the directory it may use.
set -eu
cd "$(dirname "$0")/../.."
searchkit=${SEARCHKIT:-searchkit}
export SEARCHKIT_INDEX="${SEARCHKIT_INDEX:-demo}"

run() {
    printf '\n$ searchkit'
    for word in "$@"; do
        case $word in *[!A-Za-z0-9_./-]*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    printf '\n'
    "$searchkit" "$@"
}

page=seeds/samples/courier-ceasefire-signup.html
echo "A page as a browser gets it ($page, middle part):"
sed -n '20,40p' "$page" | cut -c1-100

run clean "$page" --explain
run add seeds/samples/*.html seeds/samples/*.txt seeds/samples/*.pdf seeds/samples/*.jsonl
run search 'grain corridor' --limit 3
run search 'speaker:minister ceasefire' --limit 3
run search '"fisheries treaty" OR sanctions' --since 2024 --limit 3
run status

cat <<'END'

Try next (the demo's archive is in the folder named below):
END
echo "    $searchkit --index $SEARCHKIT_INDEX search 'your words'"
echo "    $searchkit add your-pages/ --source 'Who published them'"
