# HTTP client over libcurl.
