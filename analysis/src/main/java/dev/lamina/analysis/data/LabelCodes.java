package dev.lamina.analysis.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which class each number in a file of labels stands for.
 *
 * @param numbers of the classes, ascending: that of class c at index c
 * @param names of the classes
 */
record LabelCodes(List<Integer> numbers, List<String> names) {

  /** Copies the lists. */
  LabelCodes {
    numbers = List.copyOf(numbers);
    names = List.copyOf(names);
  }

  /** Returns a class for each of the first numbers. */
  static LabelCodes first(List<String> names) {
    return new LabelCodes(IntStream.range(0, names.size()).boxed().toList(), names);
  }

  /** Returns a class for each of the numbers 0 … count − 1, named by them. */
  static LabelCodes first(int count) {
    return first(IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }

  /** Returns a class for each number that occurs in one of the files, named by it. */
  static LabelCodes occurring(List<int[]> files) {
    List<Integer> numbers =
        files.stream().flatMapToInt(Arrays::stream).distinct().sorted().boxed().toList();
    return new LabelCodes(numbers, numbers.stream().map(String::valueOf).toList());
  }

  /** Returns a number that is above all those of the classes. */
  int bound() {
    return numbers.isEmpty() ? 0 : numbers.getLast() + 1;
  }

  /** Returns the classes of the samples whose numbers are given, each that of a class. */
  Response.Classes classes(int[] labels) {
    int[] index = new int[bound()];
    for (int c = 0; c < numbers.size(); c++) {
      index[numbers.get(c)] = c;
    }
    return Response.Classes.of(Arrays.stream(labels).map(label -> index[label]).toArray(), names);
  }
}
