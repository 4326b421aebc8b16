package dev.lamina.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A driver that times launches on demand. */
final class TimedDriver implements CudaDriver {
  private final CudaDriver driver;
  private List<Timed> timed;

  /** A launch between two events. */
  private record Timed(String function, Event begin, Event end) {}

  TimedDriver(CudaDriver driver) {
    this.driver = driver;
  }

  /**
   * Times the launches of some work.
   *
   * @return milliseconds by device function
   */
  Map<String, Double> profile(Runnable work) {
    timed = new ArrayList<>();
    try {
      work.run();
      driver.synchronize();
      Map<String, Double> milliseconds = new TreeMap<>();
      for (Timed t : timed) {
        milliseconds.merge(t.function, t.end.millisecondsSince(t.begin), Double::sum);
      }
      return milliseconds;
    } finally {
      for (Timed t : timed) {
        t.begin.close();
        t.end.close();
      }
      timed = null;
    }
  }

  @Override
  public void launch(String function, LaunchShape shape, MemorySegment parameters, Stream stream) {
    if (timed == null) {
      driver.launch(function, shape, parameters, stream);
      return;
    }
    Timed t = new Timed(function, driver.openEvent(), driver.openEvent());
    timed.add(t);
    t.begin.record(stream);
    driver.launch(function, shape, parameters, stream);
    t.end.record(stream);
  }

  @Override
  public long allocate(long size) {
    return driver.allocate(size);
  }

  @Override
  public void free(long address) {
    driver.free(address);
  }

  @Override
  public DeviceProperties properties() {
    return driver.properties();
  }

  @Override
  public void attach() {
    driver.attach();
  }

  @Override
  public MemoryInfo memory() {
    return driver.memory();
  }

  @Override
  public MemorySegment allocatePinned(long size) {
    return driver.allocatePinned(size);
  }

  @Override
  public void freePinned(MemorySegment segment) {
    driver.freePinned(segment);
  }

  @Override
  public Stream openStream() {
    return driver.openStream();
  }

  @Override
  public Event openEvent() {
    return driver.openEvent();
  }

  @Override
  public void copyToDevice(long to, MemorySegment from, Stream stream) {
    driver.copyToDevice(to, from, stream);
  }

  @Override
  public void copyToHost(MemorySegment to, long from, Stream stream) {
    driver.copyToHost(to, from, stream);
  }

  @Override
  public void copyOnDevice(long to, long from, long size, Stream stream) {
    driver.copyOnDevice(to, from, size, stream);
  }

  @Override
  public void synchronize() {
    driver.synchronize();
  }

  @Override
  public void close() {
    driver.close();
  }
}
