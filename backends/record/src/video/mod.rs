//! Video and pictures: frames with their times in, a file or a stream out.
