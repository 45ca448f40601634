/// The version of the command line; what another one has made is made again by `--resume`.
let programVersion = "0.1.0"
