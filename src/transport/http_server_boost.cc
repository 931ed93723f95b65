// The compiled parts of Asio and Beast, once for the library.

#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
