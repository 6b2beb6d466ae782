// Throws away kept pictures that no product shows any more. An upload of the same content may come
// at any moment: its files are young again, or new, before its row is; so files are put out of the
// way first, and go only if they and their row are old still.
//
//   kept ─ unused for a day ─► aside ─ still unused ─► gone
//     ▲                          │
//     └── shown or young again ──┘
#pragma once

#include "actors/catalogue/pictures.hpp"
#include "persistence/sql.hpp"

namespace souk::catalogue {

/// A picture that was shown may be shown again so long after its upload.
inline constexpr std::chrono::hours picture_kept{24};
/// What an upload writes for longer than this was left behind by a process that died.
inline constexpr std::chrono::hours unfinished_kept{1};
inline constexpr int64_t pictures_collected_max = 1'000; ///< at once; the next time more

/// Where the files of pictures lie. Blocking. What the disk refuses is logged and stays.
class picture_shelf {
public:
  virtual ~picture_shelf() = default;
  /// Hides the files of a picture from readers. False for those written since `before`, which stay
  /// in sight; true also when there are none.
  virtual bool set_aside(const std::string& hash, time_point before) = 0;
  /// Hashes of all that is hidden; an interrupted collection leaves some.
  virtual std::vector<std::string> aside() const = 0;
  /// The hidden files go. False when they were written since `before`: they are back in sight.
  virtual bool remove_aside(const std::string& hash, time_point before) = 0;
  virtual void put_back(const std::string& hash) = 0;
  /// Removes what uploads left unfinished before that; how many.
  virtual int64_t remove_unfinished(time_point before) = 0;
};

/// One at a time over all nodes: nothing while another collects. `now` is the database's time.
/// Answers how many pictures and unfinished uploads went. Blocking; outside a transaction.
result<int64_t> collect_pictures(persistence::sql::connection& c, picture_shelf& files,
                                 time_point now);

} // namespace souk::catalogue
