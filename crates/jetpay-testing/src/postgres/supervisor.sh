# Runs a cluster for the process that holds the other end of standard input, and ends it with that process, however
# that ends: the pipe closes also when it is killed. Arguments: the folder of the binaries, the folder of the cluster.
bin=$1
folder=$2
# Neither a terminal nor the death of whoever reads the answers ends this before the cluster is removed.
trap '' INT TERM HUP PIPE

# The words are obeyed one after the other, so that the end never meets a start that is half done.
while read -r word; do
    case $word in
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
