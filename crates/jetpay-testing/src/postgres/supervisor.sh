# Runs a cluster for the process at the other end of standard input. When that process ends, the pipe closes (also when
# the process is killed), and this script stops the cluster and removes its folder.
# Arguments: the folder of the programs, the folder of the cluster.
bin=$1
folder=$2
# No signal of a terminal, and no reader that is gone, ends this script before the cluster is removed.
trap '' INT TERM HUP PIPE

# Commands run one after the other, so the cluster is never removed in the middle of a start.
while read -r command; do
    case $command in
        init)
            "$bin/initdb" -D "$folder/data" -U postgres --pwfile="$folder/password" -A scram-sha-256 \
                -E UTF8 --locale=C --no-sync && cat "$folder/settings" >>"$folder/data/postgresql.conf"
            ;;
        start) "$bin/pg_ctl" start -w -t 60 -D "$folder/data" -l "$folder/log" ;;
        crash) "$bin/pg_ctl" stop -w -t 60 -D "$folder/data" -m immediate ;;
        *) false ;;
    esac </dev/null >>"$folder/log" 2>&1
    if [ $? = 0 ]; then echo done; else echo failed; fi 2>/dev/null
done

pid=$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
    "$bin/pg_ctl" stop -w -t 10 -D "$folder/data" -m immediate || kill -9 "$pid"
fi </dev/null >/dev/null 2>&1
cd / && rm -rf "$folder"
