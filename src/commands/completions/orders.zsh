#compdef orders
# Completion of orders for zsh. What is offered needs no quoting; files are left to zsh, which quotes them.
_orders() {
    local candidate
    local -a values shown
    while IFS= read -r candidate; do
        if [[ $candidate == $'\t'* ]]; then
            compset -P "${(b)candidate#$'\t'}"
            _files
            return
        fi
        values+=("${candidate%%$'\t'*}")
        shown+=("${candidate#*$'\t'}")
    done < <(ORDERS_COMPLETE=zsh command orders -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    compadd -U -V orders -l -d shown -a values
}
compdef _orders orders
