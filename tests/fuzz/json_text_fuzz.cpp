#include <cstdlib>
#include <string>

#include "core/label/json_text.hpp"

// JSON that remembers its bytes: what parses comes back byte for byte where nothing is changed, and
// is JSON still where items are taken out and added.

namespace sweepbox {
namespace {

const JsonNode* deepest_array(const JsonNode& node) {
  for (const JsonNode& item : node.items)
    if (const JsonNode* found = deepest_array(item)) return found;
  return node.is(JsonNode::Kind::array) || node.is(JsonNode::Kind::object) ? &node : nullptr;
}

void walk(const JsonText& json, const JsonNode& node) {
  if (node.begin > node.end || node.end > json.text().size()) std::abort();
  static_cast<void>(json.number(&node));
  static_cast<void>(json.integer(&node));
  static_cast<void>(json.string(&node));
  for (const JsonNode& item : node.items) walk(json, item);
}

void run(const std::string& text) {
  const auto json = JsonText::parse(text);
  if (!json) return;
  walk(*json, json->root());
  JsonPatch patch(*json);
  if (patch.applied() != text) std::abort();
  const JsonNode* parent = deepest_array(json->root());
  if (!parent) return;
  if (!parent->items.empty())
    patch.remove(*parent, parent->items[text.size() % parent->items.size()]);
  if (parent->is(JsonNode::Kind::array))
    patch.append(*parent, "1");
  else
    patch.append(*parent, "added", "1");
  if (!JsonText::parse(patch.applied())) std::abort();
}

}  // namespace
}  // namespace sweepbox

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sweepbox::run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
