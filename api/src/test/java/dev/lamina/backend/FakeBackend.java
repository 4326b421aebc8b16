package dev.lamina.backend;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.SolveOps;
import java.lang.reflect.Proxy;

/** A backend that computes nothing and remembers whether it was closed. */
public final class FakeBackend implements Backend {
  private final BackendId id;
  private final GramOps gram = nothing(GramOps.class);
  private final LayerOps layers = nothing(LayerOps.class);
  private final SolveOps solve = nothing(SolveOps.class);
  private int closed;

  public FakeBackend(BackendId id) {
    this.id = id;
  }

  private static <T> T nothing(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> {
              throw new UnsupportedOperationException(method.getName());
            }));
  }

  public int timesClosed() {
    return closed;
  }

  @Override
  public BackendId id() {
    return id;
  }

  @Override
  public DeviceInfo device() {
    return FakeProvider.DEVICE;
  }

  @Override
  public DeviceMatrix allocate(DType dtype, long rows, long cols) {
    throw new UnsupportedOperationException("allocate");
  }

  @Override
  public DeviceMatrix upload(HostMatrix source) {
    throw new UnsupportedOperationException("upload");
  }

  @Override
  public void download(DeviceMatrix source, HostMatrix target) {
    throw new UnsupportedOperationException("download");
  }

  @Override
  public GramOps gram() {
    return gram;
  }

  @Override
  public LayerOps layers() {
    return layers;
  }

  @Override
  public SolveOps solve() {
    return solve;
  }

  @Override
  public MemoryBudget budget() {
    return new MemoryBudget(1);
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {
    closed++;
  }
}
