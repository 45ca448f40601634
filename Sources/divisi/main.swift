import DivisiCommandLine

Divisi.main()
