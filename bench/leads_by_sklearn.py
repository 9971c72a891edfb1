"""What a user does without highseas: exports the leads, fits a logistic regression with the same ridge in Python by
scikit-learn, judges it by tenfold cross-validation, and writes each lead's chance back into a table. Prints seconds from
the export on, peak memory in MiB, and the cross-validated log loss."""
import io
import resource
import time

import numpy
import psycopg
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import StandardScaler

began = time.monotonic()
with psycopg.connect("") as connection:
    cursor = connection.cursor()
    with cursor.copy("COPY (SELECT i, bought::int, array_to_string(columns, E'\\t') FROM bench.lead) TO STDOUT") as rows:
        text = b"".join(rows).replace(b"\\t", b"\t")
    table = numpy.loadtxt(io.BytesIO(text), delimiter="\t")
    leads, bought, columns = table[:, 0].astype(int), table[:, 1] == 1, StandardScaler().fit_transform(table[:, 2:])
    model = LogisticRegression(C=1, solver="newton-cholesky")
    unseen = cross_val_predict(model, columns, bought, cv=10, method="predict_proba")
    chances = model.fit(columns, bought).predict_proba(columns)[:, 1]
    cursor.execute("CREATE TABLE bench.chance_by_sklearn (i bigint, chance double precision)")
    with cursor.copy("COPY bench.chance_by_sklearn FROM STDIN") as rows:
        rows.write("".join(f"{lead}\t{chance!r}\n" for lead, chance in zip(leads.tolist(), chances.tolist())))
    cursor.execute("DROP TABLE bench.chance_by_sklearn")
print(f"{time.monotonic() - began:.3f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} "
      f"{log_loss(bought, unseen[:, 1]):.6f}")
