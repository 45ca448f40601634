import DivisiCommandLine
import Terminal

Divisi.runProgram()
