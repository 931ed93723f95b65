#pragma once

// Certificates for tests, made anew by openssl.

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

#include "sdk_support/temporary_directory.h"

namespace sonde::test {

/// Paths of PEM files.
struct Certificate {
  std::string certificate;
  std::string key;
};

/// An authority, and what it has issued.
class CertificateAuthority {
 public:
  CertificateAuthority() {
    run("req -x509 " + new_key("authority") + " -days 1 -subj /CN=authority -out " + certificate());
  }

  [[nodiscard]] std::string certificate() const { return directory_.path("authority.pem"); }

  /// For "IP:127.0.0.1", say.
  [[nodiscard]] Certificate issue(const std::string& name,
                                  const std::string& subject_alternative_name) const {
    const Certificate issued{directory_.path(name + ".pem"), directory_.path(name + ".key")};
    const std::string request = directory_.path(name + ".csr");
    const std::string extensions = directory_.path(name + ".ext");
    std::ofstream(extensions) << "subjectAltName=" << subject_alternative_name << "\n";
    run("req " + new_key(name) + " -subj /CN=" + name + " -out " + request);
    run("x509 -req -days 1 -CAcreateserial -in " + request + " -CA " + certificate() + " -CAkey " +
        directory_.path("authority.key") + " -extfile " + extensions + " -out " + issued.certificate);
    return issued;
  }

 private:
  [[nodiscard]] std::string new_key(const std::string& name) const {
    return "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout " +
           directory_.path(name + ".key");
  }
  static void run(const std::string& arguments) {
    if (std::system(("openssl " + arguments + " >/dev/null 2>&1").c_str()) != 0) {
      throw std::runtime_error("openssl " + arguments);
    }
  }

  TemporaryDirectory directory_;
};

}  // namespace sonde::test
