# The table of prices as it is, in read-only data.
    .section .rodata
    .global sonde_embedded_prices_begin
    .global sonde_embedded_prices_end
sonde_embedded_prices_begin:
    .incbin SONDE_PRICES_FILE
sonde_embedded_prices_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
