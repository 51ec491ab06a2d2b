# Completion of orders for bash. What is offered needs no quoting; files are left to bash, which quotes them.
_orders() {
    local candidate
    COMPREPLY=()
    while IFS= read -r candidate; do
        if [[ $candidate == $'\t'* ]]; then
            compopt -o default 2>/dev/null
        else
            COMPREPLY+=("$candidate")
        fi
    done < <(ORDERS_COMPLETE=bash command orders -- "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
}
complete -o nosort -F _orders orders 2>/dev/null || complete -o default -F _orders orders
