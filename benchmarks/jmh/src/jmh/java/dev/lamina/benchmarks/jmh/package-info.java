/** Times small pieces of work with JMH. */
package dev.lamina.benchmarks.jmh;
