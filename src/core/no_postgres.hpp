// Included last by every file of the core: the rules must build and be tested without a server.
#pragma once

#if defined(POSTGRES_H) || defined(PG_VERSION_NUM)
#error "src/core must not include PostgreSQL's headers"
#endif
