// What carries out the effects of a model. Apart from the shell, so that who only performs need not
// be compiled with it.
#pragma once

#include "actors/entity/model.hpp"
#include "base/entity_id.hpp"

#include <functional>

namespace souk::entity {

/// Carries out one effect of a model and answers with the command that records its outcome; a
/// failure means "try again later". Called on the entity's actor; answers on any thread, once or
/// never.
template <model M>
using performer = std::function<void(const entity_id& source, const typename M::effect& what,
                                     callback<typename M::command> done)>;

} // namespace souk::entity
