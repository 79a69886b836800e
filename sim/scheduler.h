// The threads of a simulated system: tasks that take turns on one real thread, in virtual time.
//
// Shape:   each task has a stack of its own (boost::context) and goes on until it pauses. Step()
//          picks one of those that are due, by the seed; when none is due, time moves on to the
//          first that will be. Tasks belong to a life; killing a life unwinds its tasks where they
//          stand, by an exception that only the task's own frame catches.
// Units:   virtual nanoseconds since the start.
// Threads: one real thread per scheduler.
// Owner:   owns the tasks; a Task* stays valid until its life was buried.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/context/fiber.hpp>
#include <boost/context/stack_context.hpp>

#include "base/time.h"
#include "sim/random.h"
#include "sim/stack_switch.h"

namespace bulwark::sim {

// Unwinds the frames of a life that died. Nobody but the scheduler catches it.
struct Crashed {};

// Stacks for tasks, used again and again by the runs of one real thread.
class StackPool {
 public:
  // A start carries the books (43 KB) by value through several calls. What is never written to
  // takes no memory.
  static constexpr std::size_t kStackBytes = std::size_t{1} << 20U;

  boost::context::stack_context allocate();
  void deallocate(const boost::context::stack_context& stack);

 private:
  std::vector<std::unique_ptr<std::byte[]>> stacks_;
  std::vector<std::byte*> free_;
};

class Task {
 public:
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int life() const { return life_; }
  [[nodiscard]] bool is_done() const { return is_done_; }

 private:
  friend class Scheduler;

  void Live();

  std::string name_;
  int life_ = 0;
  base::Nanos wake_at_{0};
  bool is_done_ = false;
  bool is_killed_ = false;
  std::function<void()> body_;
  boost::context::fiber fiber_;
  boost::context::fiber back_;
  StackBounds stack_;    // Its own.
  StackBounds resumer_;  // Of whoever gave it its turn.
  StackSwitch switch_;
};

class Scheduler {
 public:
  Scheduler(std::uint64_t seed, StackPool& stacks) : random_(seed), stacks_(stacks) {}
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  Scheduler(Scheduler&&) = delete;
  Scheduler& operator=(Scheduler&&) = delete;

  [[nodiscard]] base::Nanos now() const { return now_; }
  // The same for code of a life that is over: its pauses count, but only for itself.
  [[nodiscard]] base::Nanos now_for_code() const { return is_over() ? now_ + after_life_ : now_; }
  // Null between two turns.
  [[nodiscard]] Task* current() const { return current_; }

  Task* Spawn(int life, std::string name, std::function<void()> body);
  // The current task rests for `span`. Outside of a task and in a dying one, only time passes.
  void Pause(base::Nanos span);
  // The same for destructors, which must not throw: false when the life ended meanwhile.
  bool Rest(base::Nanos span);
  // The code that runs belongs to a life that is over: nothing it does reaches anybody.
  [[nodiscard]] bool is_over() const { return current_ == nullptr || current_->is_killed_; }
  // Ends the pause of a task early.
  void Wake(Task* task);
  // Delays a task's next turn: a thread that the machine does not run.
  void Stall(Task* task, base::Nanos span);

  // Ends the life of the current task here and now.
  [[noreturn]] void CrashHere();
  // Unwinds all tasks of the life. Requires: no task is current.
  void Kill(int life);
  // The life that CrashHere() ended since the last call; -1 for none.
  int TakeCrashedLife();

  // Moves time to the next task that is due, but not beyond `limit`; false when nobody is due by
  // then and time is `limit`.
  bool AdvanceTo(base::Nanos limit);
  // Gives one due task its turn. Requires: AdvanceTo() answered true.
  Task& RunOne();
  // The first moment at which a task is due.
  [[nodiscard]] base::Nanos NextDue() const;
  [[nodiscard]] const std::vector<std::unique_ptr<Task>>& tasks() const { return tasks_; }
  Random& random() { return random_; }

 private:
  void Resume(Task& task);
  void Bury();
  void Unwind(Task& task);

  Random random_;
  StackPool& stacks_;
  base::Nanos now_{0};
  base::Nanos after_life_{0};
  Task* current_ = nullptr;
  StackSwitch switch_;
  int crashed_life_ = -1;
  std::vector<std::unique_ptr<Task>> tasks_;
};

}  // namespace bulwark::sim
