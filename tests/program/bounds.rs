//! Files that are larger, longer or more than anybody meant, each class by one of its kind:
//!
//! * **bombs**: a small file that becomes a very large one (gzip members, a zip that lies about its size, a sparse file, a Parquet table of
//!   one value a hundred thousand times), read under a limit on memory that a careless reader breaks;
//! * **what never ends**: a pipe, a device, in the place of every file that is read;
//! * **too many**: series, entries of an archive, columns, letters of a line, rows;
//! * **hostile insides**: Parquet of types that nobody asked for, Parquet with bits turned and ends cut off;
//! * **prices finer than the bar**, of which no more is kept than is paid on.

mod made;

mod bombs;
mod endless;
mod fine;
mod many;
mod parquet;
