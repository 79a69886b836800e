#include "redis/reply_reader.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <hiredis/read.h>

#include "base/ensure.h"
#include "base/result.h"
#include "redis/reply.h"

namespace bulwark::redis {
namespace {

// The hiredis callbacks. A task without parent is the reply itself; other tasks are the next
// element of their parent, which is safe to grow: only the open path is referred to, never a done
// sibling.
Reply* Place(const redisReadTask* task) {
  if (task->parent == nullptr) {
    auto* root = static_cast<Reply*>(task->privdata);
    root->elements.clear();
    root->text.clear();
    return root;
  }
  return &static_cast<Reply*>(task->parent->obj)->elements.emplace_back();
}

void* CreateString(const redisReadTask* task, char* text, std::size_t size) {
  Reply* reply = Place(task);
  reply->kind = task->type == REDIS_REPLY_ERROR    ? Reply::Kind::kError
                : task->type == REDIS_REPLY_STATUS ? Reply::Kind::kStatus
                                                   : Reply::Kind::kBulk;
  reply->text.assign(text, size);
  return reply;
}

void* CreateArray(const redisReadTask* task, int /*elements*/) {
  Reply* reply = Place(task);
  reply->kind = Reply::Kind::kArray;
  return reply;
}

void* CreateInteger(const redisReadTask* task, long long value) {
  Reply* reply = Place(task);
  reply->kind = Reply::Kind::kInteger;
  reply->integer = value;
  return reply;
}

void* CreateNil(const redisReadTask* task) {
  Reply* reply = Place(task);
  reply->kind = Reply::Kind::kNil;
  return reply;
}

void FreeNothing(void* /*reply*/) {}

redisReplyObjectFunctions* Functions() {
  static redisReplyObjectFunctions functions = {.createString = &CreateString,
                                                .createArray = &CreateArray,
                                                .createInteger = &CreateInteger,
                                                .createNil = &CreateNil,
                                                .freeObject = &FreeNothing};
  return &functions;
}

std::string ParseFailure(const redisReader& reader) {
  return "cannot parse reply: " + std::string(static_cast<const char*>(reader.errstr));
}

}  // namespace

ReplyReader::ReplyReader(std::size_t reply_bytes_max)
    : reply_bytes_max_(reply_bytes_max), reader_(redisReaderCreateWithFunctions(Functions())) {
  ENSURE(reader_ != nullptr);
  reader_->privdata = &root_;
}

ReplyReader::~ReplyReader() {
  redisReaderFree(reader_);
}

base::Result<void> ReplyReader::Feed(std::string_view bytes) {
  if (failure_) {
    return base::Fail(base::ErrorCode::kCorrupt, *failure_);
  }
  pending_bytes_ += bytes.size();
  if (redisReaderFeed(reader_, bytes.data(), bytes.size()) != REDIS_OK) {
    return FailForGood(ParseFailure(*reader_));
  }
  return {};
}

base::Result<bool> ReplyReader::Next() {
  if (failure_) {
    return base::Fail(base::ErrorCode::kCorrupt, *failure_);
  }
  void* done = nullptr;
  if (redisReaderGetReply(reader_, &done) != REDIS_OK) {
    return FailForGood(ParseFailure(*reader_));
  }
  if (done == nullptr) {
    if (pending_bytes_ > reply_bytes_max_) {
      return FailForGood("a reply is larger than " + std::to_string(reply_bytes_max_) + " bytes");
    }
    return false;
  }
  // What is left in the buffer belongs to later replies. hiredis trims its buffer now and then, so
  // its unread part is len - pos.
  pending_bytes_ = reader_->len - reader_->pos;
  return true;
}

tl::unexpected<base::Error> ReplyReader::FailForGood(std::string reason) {
  failure_ = std::move(reason);
  return base::Fail(base::ErrorCode::kCorrupt, *failure_);
}

}  // namespace bulwark::redis
