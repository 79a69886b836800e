#include "sim/scheduler.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/ensure.h"
#include "base/time.h"
#include "sim/stack_switch.h"

namespace bulwark::sim {
namespace {

// boost::context copies its allocator; this one only points to the pool.
struct PoolAllocator {
  StackPool* pool;
  StackBounds* bounds;  // Gets where the stack is.

  [[nodiscard]] boost::context::stack_context allocate() const {
    const boost::context::stack_context stack = pool->allocate();
    *bounds = {.bottom = static_cast<std::byte*>(stack.sp) - stack.size, .size = stack.size};
    return stack;
  }
  void deallocate(boost::context::stack_context& stack) const { pool->deallocate(stack); }
};

}  // namespace

boost::context::stack_context StackPool::allocate() {
  if (free_.empty()) {
    stacks_.push_back(std::make_unique_for_overwrite<std::byte[]>(kStackBytes));
    free_.push_back(stacks_.back().get());
  }
  boost::context::stack_context stack;
  stack.size = kStackBytes;
  stack.sp = free_.back() + kStackBytes;  // Stacks grow downwards.
  free_.pop_back();
  return stack;
}

void StackPool::deallocate(const boost::context::stack_context& stack) {
  free_.push_back(static_cast<std::byte*>(stack.sp) - stack.size);
}

Scheduler::~Scheduler() {
  for (const auto& task : tasks_) {
    task->is_killed_ = true;
  }
  for (const auto& task : tasks_) {
    if (!task->is_done_) {
      Resume(*task);
    }
  }
}

void Task::Live() {
  if (is_killed_) {
    return;
  }
  try {
    body_();
  } catch (const Crashed&) {
    is_killed_ = true;  // The frames are gone, as the process would be.
  }
}

Task* Scheduler::Spawn(int life, std::string name, std::function<void()> body) {
  auto task = std::make_unique<Task>();
  Task* made = task.get();
  made->name_ = std::move(name);
  made->life_ = life;
  made->wake_at_ = now_;
  made->body_ = std::move(body);
  made->fiber_ = boost::context::fiber(std::allocator_arg, PoolAllocator{&stacks_, &made->stack_},
                                       [made](boost::context::fiber&& back) {
                                         made->resumer_ = made->switch_.Arrive();
                                         made->back_ = std::move(back);
                                         made->Live();
                                         made->is_done_ = true;
                                         StackSwitch::LeaveForGoodTo(made->resumer_);
                                         return std::move(made->back_);
                                       });
  tasks_.push_back(std::move(task));
  return made;
}

void Scheduler::Pause(base::Nanos span) {
  const bool is_unwinding = std::uncaught_exceptions() > 0;
  if (current_ == nullptr || is_unwinding) {
    after_life_ += span;  // The end of a life: nobody else runs meanwhile.
    return;
  }
  if (!Rest(span)) {
    throw Crashed{};
  }
}

bool Scheduler::Rest(base::Nanos span) {
  if (is_over()) {
    return false;
  }
  Task& task = *current_;
  task.wake_at_ = now_ + span;
  task.switch_.LeaveFor(task.resumer_);
  task.back_ = std::move(task.back_).resume();
  task.resumer_ = task.switch_.Arrive();
  return !task.is_killed_;
}

void Scheduler::Wake(Task* task) {
  task->wake_at_ = std::min(task->wake_at_, now_);
}

void Scheduler::Stall(Task* task, base::Nanos span) {
  task->wake_at_ = std::max(task->wake_at_, now_) + span;
}

void Scheduler::CrashHere() {
  ENSURE(current_ != nullptr);
  crashed_life_ = current_->life_;
  throw Crashed{};
}

int Scheduler::TakeCrashedLife() {
  return std::exchange(crashed_life_, -1);
}

void Scheduler::Kill(int life) {
  ENSURE(current_ == nullptr);
  for (const auto& task : tasks_) {
    task->is_killed_ = task->is_killed_ || task->life_ == life;
  }
  // By index: nothing is spawned meanwhile, but the vector must not be trusted to stay.
  for (std::size_t at = 0; at < tasks_.size(); ++at) {
    if (tasks_[at]->life_ == life && !tasks_[at]->is_done_) {
      Unwind(*tasks_[at]);
    }
  }
  Bury();
}

void Scheduler::Unwind(Task& task) {
  Resume(task);
  ENSURE(task.is_done_);
}

void Scheduler::Bury() {
  std::erase_if(tasks_, [](const auto& task) { return task->is_done_; });
}

base::Nanos Scheduler::NextDue() const {
  base::Nanos due = base::Nanos::max();
  for (const auto& task : tasks_) {
    if (!task->is_done_) {
      due = std::min(due, task->wake_at_);
    }
  }
  return due;
}

bool Scheduler::AdvanceTo(base::Nanos limit) {
  const base::Nanos due = NextDue();
  if (due > limit) {
    now_ = std::max(now_, limit);
    return false;
  }
  now_ = std::max(now_, due);
  return true;
}

Task& Scheduler::RunOne() {
  std::size_t due = 0;
  for (const auto& task : tasks_) {
    due += !task->is_done_ && task->wake_at_ <= now_ ? 1U : 0U;
  }
  ENSURE(due > 0);
  std::size_t chosen = due == 1 ? 0 : random_.Below(due);
  const auto picked = std::find_if(tasks_.begin(), tasks_.end(), [&](const auto& task) {
    return !task->is_done_ && task->wake_at_ <= now_ && chosen-- == 0;
  });
  ENSURE(picked != tasks_.end());
  Task& task = **picked;
  Resume(task);
  return task;
}

void Scheduler::Resume(Task& task) {
  Task* before = std::exchange(current_, &task);
  switch_.LeaveFor(task.stack_);
  task.fiber_ = std::move(task.fiber_).resume();
  (void)switch_.Arrive();
  current_ = before;
}

}  // namespace bulwark::sim
