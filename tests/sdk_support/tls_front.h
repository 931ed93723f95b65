#pragma once

// TLS before a test server that has none: it ends TLS and hands the bytes on, connection by connection.

#include <openssl/ssl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "sdk_support/certificates.h"
#include "sdk_support/loopback.h"

namespace sonde::test {

class TlsFront {
 public:
  /// In front of 127.0.0.1:`port`. With an authority, clients must show a certificate of its.
  TlsFront(std::uint16_t port, const Certificate& certificate, const std::string& client_authority = {})
      : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free), target_(port) {
    SSL_CTX* const context = context_.get();
    const bool usable =
        SSL_CTX_use_certificate_file(context, certificate.certificate.c_str(), SSL_FILETYPE_PEM) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, certificate.key.c_str(), SSL_FILETYPE_PEM) == 1 &&
        (client_authority.empty() ||
         SSL_CTX_load_verify_locations(context, client_authority.c_str(), nullptr) == 1);
    if (!usable) throw std::runtime_error("unusable certificates");
    if (!client_authority.empty()) {
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    acceptor_ = std::thread([this] { accept_connections(); });
  }
  ~TlsFront() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& worker : workers_) worker.join();
    close(listener_);
  }
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;

  [[nodiscard]] std::string url(const std::string& path) const {
    return "https://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  void accept_connections() {
    while (!stopping_) {
      const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client >= 0) workers_.emplace_back([this, client] { serve(client); });
    }
  }

  void serve(int client) {
    const std::unique_ptr<SSL, void (*)(SSL*)> tls(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(tls.get(), client);
    if (SSL_accept(tls.get()) == 1) {
      const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const sockaddr_in address = loopback(target_);
      if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        pass_on(tls.get(), client, server);
      }
      close(server);
    }
    close(client);
  }

  void pass_on(SSL* tls, int client, int server) {
    char buffer[16384];
    pollfd sides[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    while (!stopping_) {
      constexpr int look_around = 20;  // milliseconds
      if (SSL_pending(tls) == 0 && poll(sides, 2, look_around) <= 0) continue;
      if (SSL_pending(tls) > 0 || (sides[0].revents & (POLLIN | POLLHUP)) != 0) {
        const int size = SSL_read(tls, buffer, sizeof buffer);
        if (size <= 0 || send(server, buffer, static_cast<std::size_t>(size), MSG_NOSIGNAL) != size) return;
      }
      if ((sides[1].revents & (POLLIN | POLLHUP)) != 0) {
        const ssize_t size = recv(server, buffer, sizeof buffer, 0);
        if (size <= 0 || SSL_write(tls, buffer, static_cast<int>(size)) != size) return;
      }
    }
  }

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::uint16_t target_;
  std::uint16_t port_ = 0;
  int listener_ = listen_on_loopback(port_);
  std::atomic<bool> stopping_ = false;
  std::list<std::thread> workers_;
  std::thread acceptor_;
};

}  // namespace sonde::test
