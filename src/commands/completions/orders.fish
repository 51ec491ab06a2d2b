# Completion of orders for fish. What is offered needs no quoting; files are left to fish, which quotes them.
function __orders_complete
    set -l typed (string replace --regex '^["\']' '' -- (commandline --current-token --cut-at-cursor))
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    for candidate in (ORDERS_COMPLETE=fish command orders -- $words "$typed" 2>/dev/null)
        if string match --quiet -- \t'*' $candidate
            set -l before (string sub --start 2 -- $candidate)
            set -l path (string sub --start (math (string length -- "$before") + 1) -- "$typed")
            for file in (__fish_complete_path "$path")
                echo -- "$before$file"
            end
        else
            echo -- $candidate
        end
    end
end
complete --command orders --keep-order --no-files --arguments '(__orders_complete)'
