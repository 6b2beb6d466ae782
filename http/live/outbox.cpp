#include "http/live/outbox.hpp"

#include <algorithm>

namespace souk::live {

std::deque<outbox::entry>::iterator outbox::find(std::string_view topic) {
  return topic.empty() ? waiting_.end() : std::ranges::find(waiting_, topic, &entry::topic);
}

bool outbox::put(std::string_view topic, message text) {
  bytes_ += text->size();
  if (const auto older = find(topic); older != waiting_.end()) {
    bytes_ -= older->text->size();
    older->text = std::move(text);
  } else {
    waiting_.push_back({std::string{topic}, std::move(text)});
  }
  return waiting_.size() <= limits_.messages && bytes_ <= limits_.bytes;
}

void outbox::drop(std::string_view topic) {
  if (const auto found = find(topic); found != waiting_.end()) {
    bytes_ -= found->text->size();
    waiting_.erase(found);
  }
}

message outbox::take() {
  if (waiting_.empty())
    return nullptr;
  auto text = std::move(waiting_.front().text);
  waiting_.pop_front();
  bytes_ -= text->size();
  return text;
}

} // namespace souk::live
