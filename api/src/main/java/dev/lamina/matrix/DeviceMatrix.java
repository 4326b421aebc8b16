package dev.lamina.matrix;

/** A matrix in the memory of the device that one backend drives. */
public non-sealed interface DeviceMatrix extends Matrix {

  /** {@return the name of the backend whose memory holds the matrix, such as {@code cuda}} */
  String backend();

  @Override
  DeviceMatrix rows(long from, long to);

  @Override
  DeviceMatrix reshape(long rows, long cols);
}
