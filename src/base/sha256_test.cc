#include "base/sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace sonde::base {
namespace {

// The first three are FIPS 180-4's own examples.
TEST(Sha256, IsThatOfTheStandard) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, DiffersAtEveryLengthOfTheLastBlock) {
  std::string before;
  for (std::size_t size = 0; size < 130; ++size) {
    const std::string hash = sha256_hex(std::string(size, 'x'));
    EXPECT_EQ(hash.size(), 64u);
    EXPECT_NE(hash, before);
    before = hash;
  }
}

}  // namespace
}  // namespace sonde::base
