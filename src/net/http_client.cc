#include "net/http_client.h"

#include <array>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/result.h"
#include "base/time.h"

namespace bulwark::net {
namespace {

using base::ErrorCode;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

bool StartLibrary() {
  static std::once_flag once;
  static CURLcode started = CURLE_FAILED_INIT;
  std::call_once(once, [] { started = curl_global_init(CURL_GLOBAL_DEFAULT); });
  return started == CURLE_OK;
}

long MillisecondsOf(base::Nanos span) {
  return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(span).count());
}

long SecondsOf(base::Nanos span) {
  return static_cast<long>(std::chrono::ceil<std::chrono::seconds>(span).count());
}

// The host of "scheme://user@host:port/path"; brackets of IPv6 stay.
std::string_view HostOf(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return {};
  }
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) {
    host.remove_prefix(at + 1);
  }
  const std::size_t port = host.starts_with('[') ? host.find("]:") : host.rfind(':');
  return port == std::string_view::npos ? host
                                        : host.substr(0, host.starts_with('[') ? port + 1 : port);
}

base::Result<void> CheckUrl(const std::string& url) {
  const std::string_view host = HostOf(url);
  const bool is_own_machine = host == "127.0.0.1" || host == "[::1]" || host == "localhost";
  if (!host.empty() &&
      (url.starts_with("https://") || (url.starts_with("http://") && is_own_machine))) {
    return {};
  }
  return base::Fail(ErrorCode::kInvalidArgument,
                    ShownUrl(url) + ": only https is spoken to other machines");
}

std::string_view TrimmedValue(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

ErrorCode CodeOf(CURLcode failure) {
  switch (failure) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return ErrorCode::kInvalidArgument;
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_WEIRD_SERVER_REPLY:
      return ErrorCode::kCorrupt;
    default:
      return ErrorCode::kUnavailable;
  }
}

// What comes in during one call.
struct Incoming {
  HttpReply reply;
  std::size_t body_max = 0;
  std::size_t header_max = 0;
  std::size_t header_bytes = 0;
  bool is_too_large = false;
  const std::function<bool()>* is_stopped = nullptr;
};

void TakeHeader(std::string_view line, Incoming& incoming) {
  if (line.starts_with("HTTP/")) {
    incoming.reply.headers.clear();  // Of an interim answer (100).
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return;
  }
  std::string name(line.substr(0, colon));
  for (char& letter : name) {
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  incoming.reply.headers.emplace_back(std::move(name), TrimmedValue(line.substr(colon + 1)));
}

// Called by the library: no exception may leave, and any other count than the given one ends it.
std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* target) noexcept {
  Incoming& incoming = *static_cast<Incoming*>(target);
  const std::size_t bytes = size * count;
  incoming.header_bytes += bytes;
  if (incoming.header_bytes > incoming.header_max) {
    incoming.is_too_large = true;
    return 0;
  }
  TakeHeader(std::string_view(data, bytes), incoming);
  return bytes;
}

std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* target) noexcept {
  Incoming& incoming = *static_cast<Incoming*>(target);
  const std::size_t bytes = size * count;
  if (incoming.reply.body.size() + bytes > incoming.body_max) {
    incoming.is_too_large = true;
    return 0;
  }
  incoming.reply.body.append(data, bytes);
  return bytes;
}

int OnProgress(void* target, curl_off_t /*total*/, curl_off_t /*now*/, curl_off_t /*up_total*/,
               curl_off_t /*up_now*/) noexcept {
  const Incoming& incoming = *static_cast<Incoming*>(target);
  return *incoming.is_stopped && (*incoming.is_stopped)() ? 1 : 0;
}

// The library's setter takes anything; this one fails to compile for what it would misread.
template <class Value>
void Set(CURL* easy, CURLoption option, Value value) {
  static_assert(std::is_same_v<Value, long> || std::is_same_v<Value, curl_off_t> ||
                std::is_pointer_v<Value>);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the library has no other interface.
  static_cast<void>(curl_easy_setopt(easy, option, value));
}

}  // namespace

std::string_view HttpReply::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) {
      return value;
    }
  }
  return {};
}

class HttpClient::Impl {
 public:
  Impl(CURL* easy, HttpClientOptions options) : easy_(easy), options_(std::move(options)) {}

  base::Result<HttpReply> Call(const HttpCall& call) {
    if (const auto sound = CheckUrl(call.url); !sound) {
      return tl::unexpected<base::Error>(sound.error());
    }
    Incoming incoming{.reply = {},
                      .body_max = options_.body_bytes_max,
                      .header_max = options_.header_bytes_max,
                      .is_stopped = &options_.is_stopped};
    curl_easy_reset(easy_.get());  // Keeps the connection.
    const HeaderList headers = HeadersOf(call);
    SetLimits();
    SetCall(call, headers.get(), incoming);
    std::array<char, CURL_ERROR_SIZE> why{};
    Set(easy_.get(), CURLOPT_ERRORBUFFER, why.data());
    const CURLcode done = curl_easy_perform(easy_.get());
    if (incoming.is_too_large) {
      return base::Fail(ErrorCode::kCorrupt,
                        fmt::format("{}: the answer has more than {} bytes", ShownUrl(call.url),
                                    options_.body_bytes_max));
    }
    if (done != CURLE_OK) {
      return base::Fail(CodeOf(done), ShownUrl(call.url) + ": " + ReasonOf(done, why.data()));
    }
    long status = 0;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): as above.
    static_cast<void>(curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status));
    incoming.reply.status = static_cast<int>(status);
    return std::move(incoming.reply);
  }

 private:
  // The library's own text may hold the host, never the query.
  static std::string ReasonOf(CURLcode done, const char* why) {
    if (done == CURLE_ABORTED_BY_CALLBACK) {
      return "stopped";
    }
    return std::string_view(why).empty() ? curl_easy_strerror(done) : why;
  }

  static HeaderList HeadersOf(const HttpCall& call) {
    HeaderList list;
    for (const auto& [name, value] : call.headers) {
      const std::string line = fmt::format("{}: {}", name, value);
      curl_slist* const longer = curl_slist_append(list.release(), line.c_str());
      list.reset(longer);
    }
    return list;
  }

  void SetLimits() {
    CURL* easy = easy_.get();
    constexpr long kSlowBytesPerSecond = 1024;
    Set(easy, CURLOPT_NOSIGNAL, 1L);
    Set(easy, CURLOPT_CONNECTTIMEOUT_MS, MillisecondsOf(options_.connect_timeout));
    Set(easy, CURLOPT_TIMEOUT_MS, MillisecondsOf(options_.timeout));
    Set(easy, CURLOPT_LOW_SPEED_LIMIT, kSlowBytesPerSecond);
    Set(easy, CURLOPT_LOW_SPEED_TIME, SecondsOf(options_.slow_timeout));
    Set(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.body_bytes_max));
    Set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    Set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    Set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    Set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    Set(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    Set(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
    if (!options_.ca_file.empty()) {
      Set(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
    }
  }

  void SetCall(const HttpCall& call, curl_slist* headers, Incoming& incoming) {
    CURL* easy = easy_.get();
    Set(easy, CURLOPT_URL, call.url.c_str());
    if (call.url.starts_with("http://")) {
      Set(easy, CURLOPT_PROXY, "");  // What is for this machine does not leave it.
    }
    if (headers != nullptr) {
      Set(easy, CURLOPT_HTTPHEADER, headers);
    }
    if (call.body) {
      Set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body->size()));
      Set(easy, CURLOPT_POSTFIELDS, call.body->data());
    }
    Set(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
    Set(easy, CURLOPT_HEADERDATA, static_cast<void*>(&incoming));
    Set(easy, CURLOPT_WRITEFUNCTION, &OnBody);
    Set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&incoming));
    Set(easy, CURLOPT_NOPROGRESS, 0L);
    Set(easy, CURLOPT_XFERINFOFUNCTION, &OnProgress);
    Set(easy, CURLOPT_XFERINFODATA, static_cast<void*>(&incoming));
  }

  std::unique_ptr<CURL, EasyDeleter> easy_;
  HttpClientOptions options_;
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() = default;

base::Result<std::unique_ptr<HttpClient>> HttpClient::Create(HttpClientOptions options) {
  CURL* easy = StartLibrary() ? curl_easy_init() : nullptr;
  if (easy == nullptr) {
    return base::Fail(ErrorCode::kUnavailable, "libcurl cannot be started");
  }
  return std::unique_ptr<HttpClient>(
      new HttpClient(std::make_unique<Impl>(easy, std::move(options))));
}

base::Result<HttpReply> HttpClient::Call(const HttpCall& call) {
  return impl_->Call(call);
}

std::string ShownUrl(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return "a URL without scheme";
  }
  const std::string_view rest = url.substr(scheme + 3);
  std::string_view place = rest.substr(0, rest.find_first_of("?#"));
  if (const std::size_t at = place.substr(0, place.find('/')).rfind('@');
      at != std::string_view::npos) {
    place.remove_prefix(at + 1);
  }
  return std::string(url.substr(0, scheme + 3)) + std::string(place) +
         (rest.find('?') == std::string_view::npos ? "" : "?...");
}

std::string UrlEncoded(std::string_view text) {
  std::string encoded;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalnum(byte) != 0 || letter == '-' || letter == '.' || letter == '_' ||
        letter == '~') {
      encoded += letter;
    } else {
      encoded += fmt::format("%{:02X}", byte);
    }
  }
  return encoded;
}

}  // namespace bulwark::net
