# HTTP and gRPC servers.
