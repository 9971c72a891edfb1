// Derivatives of ln Γ(z), z > 0, to about 1e-15: recurrence up to z = 12, then the asymptotic
// series.
#pragma once

namespace highseas {

double digamma(double z) noexcept;
double trigamma(double z) noexcept;

} // namespace highseas
