"""allocate: the matcher's exact allocation for anybody's files. Reads CSV or npy, writes CSV; knows no service, no Kafka, no database."""
