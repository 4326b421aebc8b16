package dev.lamina.cpu;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.presets.openblas_nolapack;

/**
 * The OpenBLAS library that JavaCPP's presets bundle, loaded once and bound through the
 * foreign-function API.
 *
 * <p>JavaCPP unpacks and loads the library for the platform; the calls then go straight to its C
 * functions. The library is set to one thread per call: parallel work is shared out by {@link
 * Workers}, so that results do not depend on the number of threads.
 */
@SuppressWarnings("restricted") // calling native code is what this class is for
final class OpenBlas {

  /** Whether the library could be loaded. */
  sealed interface Status {}

  /**
   * The library is there.
   *
   * @param version such as {@code OpenBLAS 0.3.31}
   * @param core the processor family whose code runs, such as {@code Cooperlake}
   * @param symbols its functions
   */
  record Loaded(String version, String core, SymbolLookup symbols) implements Status {}

  /**
   * The library is not there.
   *
   * @param reason what failed
   * @param remedy what to do about it
   * @param cause the failure
   */
  record Missing(String reason, String remedy, Throwable cause) implements Status {}

  private static final class Holder {
    static final Status STATUS = load();
  }

  private OpenBlas() {}

  /** Returns the outcome of loading the library; the first call loads it. */
  static Status status() {
    return Holder.STATUS;
  }

  /**
   * Returns a function of the library.
   *
   * @param name the C name
   * @param type its parameters
   * @throws IllegalStateException if the library is missing or lacks the function
   */
  static MethodHandle function(String name, FunctionDescriptor type) {
    return switch (status()) {
      case Loaded loaded -> bind(loaded.symbols(), name, type);
      case Missing missing -> throw new IllegalStateException(missing.reason(), missing.cause());
    };
  }

  private static MethodHandle bind(SymbolLookup symbols, String name, FunctionDescriptor type) {
    MemorySegment address =
        symbols
            .find(name)
            .orElseThrow(() -> new IllegalStateException("OpenBLAS has no function " + name));
    return Linker.nativeLinker().downcallHandle(address, type);
  }

  /** Loading fails in many ways (jar, architecture, permissions, disk); all end in one report. */
  private static Status load() {
    try {
      Loader.load(openblas_nolapack.class);
      SymbolLookup symbols =
          SymbolLookup.libraryLookup(path(Loader.getLoadedLibraries()), Arena.global());
      setSingleThreaded(symbols);
      String config = text(symbols, "openblas_get_config");
      return new Loaded(
          String.join(" ", config.split(" ", 3)[0], config.split(" ", 3)[1]),
          text(symbols, "openblas_get_corename"),
          symbols);
    } catch (Throwable e) {
      return new Missing(
          "the OpenBLAS library for %s could not be loaded: %s".formatted(Loader.getPlatform(), e),
          "put org.bytedeco:openblas and org.bytedeco:javacpp with the classifier %s on the class path and make %s writable"
              .formatted(
                  Loader.getPlatform(),
                  System.getProperty("user.home") + File.separator + ".javacpp"),
          e);
    }
  }

  /** Picks the BLAS itself among what JavaCPP loaded: helper libraries, BLAS, JNI wrapper. */
  private static Path path(Map<String, String> loaded) {
    return loaded.values().stream()
        .map(Path::of)
        .filter(p -> p.getFileName().toString().matches("(lib)?openblas.*"))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("JavaCPP loaded no OpenBLAS but " + loaded));
  }

  private static void setSingleThreaded(SymbolLookup symbols) throws Throwable {
    setThreads(symbols, 1);
  }

  private static void setThreads(SymbolLookup symbols, int threads) throws Throwable {
    bind(symbols, "openblas_set_num_threads", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
        .invokeExact(threads);
  }

  /**
   * Lets the library share out calls on threads of its own, for comparisons. These threads wait
   * busily for the next call, so they are ended afterwards. Nobody else may call the library
   * meanwhile.
   *
   * @param threads how many, ≥ 1
   * @param calls calls of the library
   */
  static void onThreads(int threads, Runnable calls) {
    if (!(status() instanceof Loaded loaded)) {
      throw new IllegalStateException("there is no OpenBLAS");
    }
    try {
      setThreads(loaded.symbols(), threads);
      try {
        calls.run();
      } finally {
        setThreads(loaded.symbols(), 1);
        endThreads(loaded.symbols());
      }
    } catch (Throwable e) {
      throw Blas.failed("OpenBLAS on %d threads".formatted(threads), e);
    }
  }

  private static void endThreads(SymbolLookup symbols) throws Throwable {
    Optional<MemorySegment> shutdown = symbols.find("blas_thread_shutdown_");
    if (shutdown.isPresent()) { // a build for OpenMP or Windows may lack it
      int _ =
          (int)
              Linker.nativeLinker()
                  .downcallHandle(shutdown.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT))
                  .invokeExact();
    }
  }

  private static String text(SymbolLookup symbols, String function) throws Throwable {
    MemorySegment text =
        (MemorySegment)
            bind(symbols, function, FunctionDescriptor.of(ValueLayout.ADDRESS)).invokeExact();
    return text.reinterpret(1024).getString(0);
  }
}
