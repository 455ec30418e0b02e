# bash completion for osbox: asks the program.
