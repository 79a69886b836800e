// The prepared statements of a Store.
//
// Threads: one. They borrow the connection that prepared them, which must outlive them.

#pragma once

#include "sql/statement.h"
#include "venue/paper/store.h"

namespace bulwark::venue::paper {

struct Store::Statements {
  sql::Statement insert_order;
  sql::Statement update_order;
  sql::Statement insert_fill;
  sql::Statement upsert_instrument;
  sql::Statement set_quantity;
  sql::Statement set_account;
  sql::Statement set_fence;
  sql::Statement find_order;
  sql::Statement fills_after;
};

}  // namespace bulwark::venue::paper
