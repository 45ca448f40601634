import DivisiBench

Bench.main()
