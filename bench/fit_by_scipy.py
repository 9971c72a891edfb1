"""What a user does without highseas: exports the purchase histories and fits the MBG/NBD model in Python, by numpy and
scipy. Prints seconds from the export on, peak memory in MiB, and the log-likelihood."""
import io
import resource
import sys
import time

import numpy
import psycopg
from scipy.optimize import minimize
from scipy.special import gammaln


def loss(logs, x, recency, age):
    r, alpha, a, b = numpy.exp(logs)
    gone = numpy.log(a) - numpy.log(b + x) - (r + x) * numpy.log(alpha + recency)
    return -numpy.mean(gammaln(r + x) - gammaln(r) + r * numpy.log(alpha)
                       + gammaln(a + b) - gammaln(b) + gammaln(b + x + 1) - gammaln(a + b + x + 1)
                       + numpy.logaddexp(gone, -(r + x) * numpy.log(alpha + age)))


began = time.monotonic()
with psycopg.connect("") as connection:
    with connection.cursor().copy(f"COPY (SELECT repeats, recency, age FROM {sys.argv[1]}) TO STDOUT") as rows:
        text = io.BytesIO(b"".join(rows))
x, recency, age = numpy.loadtxt(text, unpack=True)
# In tens of the mean age, as the fits of highseas do it: else the search fails more often.
scale = 10 / age.mean()
fit = minimize(loss, numpy.zeros(4), args=(x, recency * scale, age * scale), method="L-BFGS-B")
log_likelihood = -fit.fun * len(x) + numpy.sum(x) * numpy.log(scale)
print(f"{time.monotonic() - began:.3f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} {log_likelihood:.3f}")
