// Goal: rediss:// talks to a server whose certificate is right, and to no other.
// Method: a real redis-server with a certificate made here, signed by itself, valid for 127.0.0.1.

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>
#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <signal.h>

#include "base/ensure.h"
#include "base/result.h"
#include "base/time.h"
#include "process/child.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/subscriber.h"
#include "redis/test_server.h"
#include "redis/url.h"

namespace bulwark::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct CloseFile {
  void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// Writes cert.pem and key.pem into the folder.
void WriteCertificate(const std::string& folder) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  ENSURE(key && certificate);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3'600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const std::string common = "bulwark test";
  X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> address(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"),
      &X509_EXTENSION_free);
  ENSURE(address && X509_add_ext(certificate.get(), address.get(), -1) == 1);
  ENSURE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  const File cert_file(std::fopen((folder + "/cert.pem").c_str(), "we"));
  const File key_file(std::fopen((folder + "/key.pem").c_str(), "we"));
  ENSURE(cert_file && PEM_write_X509(cert_file.get(), certificate.get()) == 1);
  ENSURE(key_file && PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                          nullptr) == 1);
}

std::uint16_t AnyFreePort() {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  const tcp::acceptor acceptor(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  return acceptor.local_endpoint().port();
}

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    WriteCertificate(folder_.path());
    url_.scheme = Url::Scheme::kTls;
    url_.host = "127.0.0.1";
    url_.port = AnyFreePort();
    url_.ca_file = folder_.path() + "/cert.pem";
    process::Command command;
    command.program = "redis-server";
    command.args = {"--port",
                    "0",
                    "--tls-port",
                    std::to_string(url_.port),
                    "--tls-cert-file",
                    url_.ca_file,
                    "--tls-key-file",
                    folder_.path() + "/key.pem",
                    "--tls-ca-cert-file",
                    url_.ca_file,
                    "--tls-auth-clients",
                    "no",
                    "--bind",
                    "127.0.0.1",
                    "--save",
                    "",
                    "--dir",
                    folder_.path()};
    command.output_file = folder_.path() + "/log";
    server_ = process::Child::Spawn(command);
    const base::Nanos deadline = base::MonotonicNow() + seconds{10};
    while (server_ && !Connection::Connect(url_) && !server_->TryWait() &&
           base::MonotonicNow() < deadline) {
    }
  }

  TempFolder folder_;
  Url url_;
  base::Result<process::Child> server_ = base::Fail(base::ErrorCode::kNotFound, "not started");
};

TEST_F(TlsTest, CallsAndExecutesOverTls) {
  auto connection = Connection::Connect(url_);
  ASSERT_TRUE(connection) << connection.error().message;
  const std::string big(3'000'000, 'x');
  Pipeline pipeline;
  pipeline.Add({"SET", "k", big});
  pipeline.Add({"GET", "k"});

  const auto replies = (*connection)->ExecuteForReplies(pipeline);

  ASSERT_TRUE(replies) << replies.error().message;
  EXPECT_EQ((*replies)[1].text, big);
}

TEST_F(TlsTest, RefusesACertificateOfAnotherHostOrOfNobodyItKnows) {
  Url other_host = url_;
  other_host.host = "localhost";
  Url unknown_ca = url_;
  unknown_ca.ca_file.clear();
  Url no_ca = url_;
  no_ca.ca_file = "/nonexistent/ca.pem";

  EXPECT_EQ(Connection::Connect(other_host).error().code, base::ErrorCode::kUnavailable);
  EXPECT_EQ(Connection::Connect(unknown_ca).error().code, base::ErrorCode::kUnavailable);
  EXPECT_EQ(Connection::Connect(no_ca).error().code, base::ErrorCode::kInvalidArgument);
}

TEST_F(TlsTest, WaitsForAFrozenServerNoLongerThanTheTimeout) {
  ConnectionOptions options;
  options.connect_timeout = seconds{5};
  options.call_timeout = milliseconds{100};
  auto connection = Connection::Connect(url_, options);
  ASSERT_TRUE(connection);
  server_->Signal(SIGSTOP);

  const base::Nanos start = base::MonotonicNow();
  const auto reply = (*connection)->Call({"PING"});
  const base::Nanos took = base::MonotonicNow() - start;
  server_->Signal(SIGCONT);

  EXPECT_FALSE(reply);
  EXPECT_LT(took, seconds{3});
}

TEST_F(TlsTest, SubscribesAndSurvivesTimeoutsBetweenMessages) {
  constexpr std::array<std::string_view, 1> kChannels = {"c"};
  auto subscriber = Subscriber::Connect(url_, kChannels, {});
  auto connection = Connection::Connect(url_);
  ASSERT_TRUE(subscriber && connection);

  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(*(*subscriber)->Next(milliseconds{2}), std::nullopt);
    const std::string payload = std::to_string(i);
    ASSERT_TRUE((*connection)->Call({"PUBLISH", "c", payload}));
    EXPECT_EQ((**(*subscriber)->Next(seconds{10})).payload, payload);
  }
}

}  // namespace
}  // namespace bulwark::redis
